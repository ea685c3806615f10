/** A button that opens a menu; arrow keys move, Escape closes and returns the focus. */

import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./icon";

export interface MenuItem {
  key: string;
  label: string;
  icon?: IconName;
  isDanger?: boolean;
  isChecked?: boolean;
  onSelect(): void;
}

interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  children: ReactNode;
  className?: string;
  side?: "left" | "right";
  onOpenChange?(isOpen: boolean): void;
}

export function Menu({ label, items, children, className = "button-icon", side = "right", onOpenChange }: MenuProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  const open = (next: boolean): void => {
    setOpen(next);
    onOpenChange?.(next);
  };

  useEffect(() => {
    if (!isOpen) {
      return;
    }
    const menu = list.current;
    menu?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    // A menu near the lower edge opens upwards.
    const box = menu?.getBoundingClientRect();
    if (menu && box && box.bottom > innerHeight - 8) {
      menu.classList.add("menu-up");
    }
    const outside = (event: PointerEvent): void => {
      if (!list.current?.contains(event.target as Node) && !button.current?.contains(event.target as Node)) {
        setOpen(false);
        onOpenChange?.(false);
      }
    };
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  }, [isOpen, onOpenChange]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const entries = [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const go = (index: number): void => {
      event.preventDefault();
      event.stopPropagation();
      entries[(index + entries.length) % entries.length]?.focus();
    };
    if (event.key === "ArrowDown") {
      go(at + 1);
    } else if (event.key === "ArrowUp") {
      go(at - 1);
    } else if (event.key === "Home") {
      go(0);
    } else if (event.key === "End") {
      go(entries.length - 1);
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") {
        event.preventDefault();
      }
      open(false);
      button.current?.focus();
    }
  };

  return (
    <span className="menu-anchor">
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => open(!isOpen)}
      >
        {children}
      </button>
      {isOpen ? (
        <div ref={list} id={id} role="menu" tabIndex={-1} aria-label={label} className={`menu menu-${side}`} onKeyDown={onKeyDown}>
          {items.map((item) => (
            <button
              key={item.key}
              type="button"
              role={item.isChecked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.isChecked}
              tabIndex={-1}
              className={item.isDanger ? "menu-item danger" : "menu-item"}
              onClick={() => {
                open(false);
                button.current?.focus();
                item.onSelect();
              }}
            >
              {item.icon ? <Icon name={item.icon} size={16} /> : null}
              <span>{item.label}</span>
              {item.isChecked ? <Icon name="check" size={16} /> : null}
            </button>
          ))}
        </div>
      ) : null}
    </span>
  );
}
