import { createTheme } from '@mantine/core';
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/ScrollArea.css';
import '@mantine/core/styles/VisuallyHidden.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/Tooltip.css';
import '@mantine/core/styles/Loader.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import '@mantine/core/styles/Menu.css';
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/Radio.css';
import '@mantine/core/styles/Switch.css';
import '@mantine/core/styles/NumberInput.css';
import '@mantine/core/styles/PasswordInput.css';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/Fieldset.css';
import './tokens.css';
import './base.css';
import './theme.css';

const still = { transitionProps: { duration: 0 } };

/**
 * No shadow, no round corner, no motion: the house style needs little from a theme beyond its variables.
 * Components are named by text: importing them here would bring every one of them into the first load.
 */
export const theme = createTheme({
  fontFamily: 'var(--sans)',
  defaultRadius: 2,
  respectReducedMotion: true,
  components: {
    TextInput: { defaultProps: { autoComplete: 'off' } },
    Textarea: { defaultProps: { autosize: true, minRows: 3 } },
    NumberInput: { defaultProps: { thousandSeparator: ',' } },
    Select: { defaultProps: { allowDeselect: false, checkIconPosition: 'right', comboboxProps: still } },
    MultiSelect: { defaultProps: { comboboxProps: still } },
    TagsInput: { defaultProps: { comboboxProps: still } },
    Checkbox: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { size: 'sm' } },
    // The scroll lock writes a style element into the page, which the content security policy refuses.
    Modal: { defaultProps: { lockScroll: false, centered: true, size: 560, ...still } },
    ModalRoot: { defaultProps: { lockScroll: false, ...still } },
    Menu: { defaultProps: { position: 'bottom-end', ...still } },
    Popover: { defaultProps: { position: 'bottom-start', ...still } },
    Tooltip: {
      defaultProps: { openDelay: 300, multiline: true, events: { hover: true, focus: true, touch: false }, ...still },
    },
  },
});
